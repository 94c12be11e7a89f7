package io.grouter.testing;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real nats-server of its own on loopback, that can be stopped, frozen and started again on the same port. */
public final class NatsServerProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(10);

    private final String program;
    private final int port;
    private final List<String> options;
    private @Nullable Process process;

    /**
     * Names the server; it is not started yet.
     *
     * @param program as of {@link #find()}
     * @param options further command-line options
     */
    public NatsServerProcess(String program, List<String> options) {
        this.program = program;
        this.port = freePort();
        this.options = List.copyOf(options);
    }

    /** Returns the nats-server on the PATH, or null. In CI its absence is a failure. */
    public static @Nullable String find() {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "" : path).split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, "nats-server");
            if (Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError("nats-server is not on the PATH; in CI the tests must run against the real one");
        }
        return null;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the port it listens on when it runs. */
    public int port() {
        return port;
    }

    /** Returns {@code nats://127.0.0.1:port}. */
    public String url() {
        return "nats://127.0.0.1:" + port;
    }

    /** Starts it and waits until it listens. */
    public NatsServerProcess start() {
        List<String> command = new ArrayList<>(List.of(program, "-a", "127.0.0.1", "-p", String.valueOf(port)));
        command.addAll(options);
        try {
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process = started;
            long until = System.nanoTime() + START.toNanos();
            while (!listens()) {
                if (!started.isAlive() || System.nanoTime() - until > 0) {
                    throw new IllegalStateException(String.join(" ", command) + " does not listen");
                }
                Thread.sleep(20);
            }
            return this;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Freezes it: its sockets stay open, and nothing happens any more. */
    public void freeze() {
        signal("STOP");
    }

    /** Lets it go on after {@link #freeze}. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(running.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it at once; it can be started again. */
    @Override
    public void close() {
        Process running = process;
        process = null;
        if (running != null) {
            running.destroyForcibly();
            try {
                running.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
