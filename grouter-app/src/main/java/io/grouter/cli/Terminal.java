package io.grouter.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a command is used at: a terminal, or files and pipes. */
interface Terminal {
    /** Rows and columns of a screen, at least 1 each. */
    record Size(int rows, int columns) {}

    /** Whether somebody can type answers. */
    boolean isInput();

    /** Whether what is written is seen on a screen. */
    boolean isOutput();

    /** Returns the size of the screen now, 24 by 80 where nothing is known. */
    Size size();

    /** Waits for a line; null at the end of input. */
    @Nullable
    String readLine() throws IOException;

    /** Gives single keys without Enter and without showing them, until the returned thing is closed. */
    Keys keys() throws IOException;

    /** Keys as they are pressed. */
    interface Keys extends AutoCloseable {
        /** No key came. */
        int NONE = -1;

        /** No key can come any more. */
        int END = -2;

        /** Waits for a key for at most that long; returns it, {@link #NONE} or {@link #END}. */
        int next(long millis) throws InterruptedException;

        /** Gives the terminal back as it was. Safe to call twice and from any thread. */
        @Override
        void close();
    }
}
