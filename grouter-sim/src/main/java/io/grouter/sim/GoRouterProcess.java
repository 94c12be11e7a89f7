package io.grouter.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A GoRouter as a process of its own; see {@link GoRouterProgram}. */
final class GoRouterProcess implements GoRouter {
    private final String name;
    private final Path folder;
    private final List<String> command;
    private @Nullable Child running;

    /**
     * Makes one that does not run.
     *
     * @param learning how long it listens to NATS before it takes requests
     */
    GoRouterProcess(String name, int port, int statusPort, String natsUrl, Duration learning, Path folder) {
        this.name = name;
        this.folder = folder;
        this.command = Child.java(
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                GoRouterProgram.class.getName(),
                name,
                String.valueOf(port),
                String.valueOf(statusPort),
                natsUrl,
                String.valueOf(learning.toMillis()));
    }

    @Override
    public void start() throws IOException {
        if (running == null || !running.isAlive()) {
            running = Child.start(folder.resolve(name + ".log"), command);
        }
    }

    @Override
    public void drain() throws IOException {
        if (running != null) {
            running.tell(GoRouterProgram.DRAIN);
        }
    }

    @Override
    public void close() {
        if (running != null) {
            running.kill();
            running = null;
        }
    }
}
