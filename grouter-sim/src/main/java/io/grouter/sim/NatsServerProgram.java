package io.grouter.sim;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real nats-server program as a site's NATS. */
final class NatsServerProgram implements NatsBroker {
    private static final long START_MILLIS = 5_000;

    private final String program;
    private final int port;
    private @Nullable Process process;

    NatsServerProgram(String program, int port) {
        this.program = program;
        this.port = port;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    @Override
    public String description() {
        return program;
    }

    /** Returns the running program, for tests that freeze or kill it; null while it is stopped. */
    synchronized @Nullable Process process() {
        return process;
    }

    @Override
    public synchronized void start() throws IOException {
        try {
            process = new ProcessBuilder(program, "-a", "127.0.0.1", "-p", String.valueOf(port))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IOException(
                    "--nats: cannot run \"" + program + "\" (expected: a nats-server program, for example the one of "
                            + "Debian's package nats-server): " + e.getMessage(),
                    e);
        }
        if (!Sockets.awaitListening(port, START_MILLIS)) {
            close();
            throw new IOException("--nats: \"" + program + "\" does not listen on 127.0.0.1:" + port);
        }
    }

    @Override
    public synchronized void freeze() {
        if (process != null) {
            Child.signal(process, "STOP");
        }
    }

    @Override
    public synchronized void thaw() {
        if (process != null) {
            Child.signal(process, "CONT");
        }
    }

    @Override
    public synchronized void close() {
        if (process != null) {
            process.destroyForcibly();
            try {
                process.waitFor(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            process = null;
        }
    }
}
