package io.grouter.admin;

import java.io.IOException;
import java.io.OutputStream;

/** A body that is written while it is made, on a thread of its own. */
interface StreamedBody {
    /** What is bounded together. */
    enum Lane {
        /** Tables, which end. */
        TABLES,
        /** Events, which do not. */
        EVENTS
    }

    /** Returns what it counts among. */
    Lane lane();

    /** Writes it; throws {@link IOException} when the reader is gone. May be interrupted. */
    void write(OutputStream out) throws IOException;
}
