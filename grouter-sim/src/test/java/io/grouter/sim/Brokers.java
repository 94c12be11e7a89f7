package io.grouter.sim;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which NATS server the integration tests run against: the real one where there is one. */
final class Brokers {
    private static final @Nullable String PROGRAM = find();

    private Brokers() {}

    /** Returns the path of nats-server, or null for the embedded broker. In CI its absence is a failure. */
    static @Nullable String program() {
        if (PROGRAM == null && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("nats-server is not on the PATH; in CI the tests must run against the real one");
        }
        return PROGRAM;
    }

    static NatsBroker on(int port) {
        String program = program();
        return program == null ? new EmbeddedNats(port) : new NatsServerProgram(program, port);
    }

    private static @Nullable String find() {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "" : path).split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, "nats-server");
            if (Files.isExecutable(candidate)) {
                System.out.println("NATS for integration tests: the real nats-server, " + candidate);
                return candidate.toString();
            }
        }
        System.out.println("NATS for integration tests: the EMBEDDED broker (no nats-server on the PATH)");
        return null;
    }
}
