package io.grouter.cli;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** Where a command's answer goes. For one thread. */
final class Output {
    private final Writer writer;

    Output(Writer writer) {
        this.writer = writer;
    }

    /** Nobody reads any more, as after {@code | head}: the command ends quietly. */
    static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Closed(IOException cause) {
            super(cause);
        }
    }

    void print(String text) {
        try {
            writer.write(text);
        } catch (IOException e) {
            throw new Closed(e);
        }
    }

    void line(String text) {
        print(text);
        print("\n");
    }

    void lines(List<String> lines) {
        lines.forEach(this::line);
    }

    void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw new Closed(e);
        }
    }
}
