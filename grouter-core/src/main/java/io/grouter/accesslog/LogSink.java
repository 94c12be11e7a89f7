package io.grouter.accesslog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the lines go. Used by one thread. */
public interface LogSink extends Closeable {
    /** Writes some or all of the bytes and moves their position on by as many, also when it throws. */
    void write(ByteBuffer bytes) throws IOException;

    /**
     * Opens the file of this name anew. When that fails, the one open so far stays.
     *
     * @param always false = only when the name now stands for another file or for none
     */
    void renew(boolean always) throws IOException;
}
