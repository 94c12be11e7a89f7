package io.grouter.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The process as it was started. Text is UTF-8 whatever the locale, as JSON must be. */
final class SystemSurroundings implements Surroundings {
    private final Terminal terminal = new UnixTerminal();
    private final Writer out = new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8);
    private final PrintWriter err = new PrintWriter(
            new OutputStreamWriter(new FileOutputStream(FileDescriptor.err), StandardCharsets.UTF_8), true);

    @Override
    public @Nullable String environment(String name) {
        return System.getenv(name);
    }

    @Override
    public String user() {
        return System.getProperty("user.name", "");
    }

    @Override
    public Terminal terminal() {
        return terminal;
    }

    @Override
    public Writer out() {
        return out;
    }

    @Override
    public PrintWriter err() {
        return err;
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    @Override
    public Api api(Target target) throws CommandFailure {
        return new HttpApi(target);
    }
}
