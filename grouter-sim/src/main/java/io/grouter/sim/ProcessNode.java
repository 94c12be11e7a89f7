package io.grouter.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node as a process of its own, so that it can be killed and frozen as the system does it. */
final class ProcessNode implements SimNode {
    private static final int MOST_QUOTED = 1_000;

    private final String name;
    private final Path folder;
    private volatile @Nullable Child running;

    /**
     * Makes one that does not run.
     *
     * @param folder holds its configuration, {@code NAME.yaml}, and what it says, {@code NAME.log}
     */
    ProcessNode(String name, Path folder) {
        this.name = name;
        this.folder = folder;
    }

    @Override
    public void start() throws IOException {
        if (!isRunning()) {
            running = Child.start(log(), command());
        }
    }

    private List<String> command() {
        return Child.java(
                List.of(
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Djgroups.deserialization.filter=!*",
                        "-Djdk.serialFilter=!*"),
                "io.grouter.app.Main",
                "run",
                "--name",
                name,
                "--config",
                folder.resolve(name + ".yaml").toString());
    }

    @Override
    public void stop() {
        int code = end();
        if (code != 0) {
            throw new IllegalStateException(name + " ended with exit code " + code + ": " + lastSaid());
        }
    }

    /** Ends it as SIGTERM does, and returns its exit code; 0 when it does not run. */
    int end() {
        Child child = running;
        running = null;
        return child == null ? 0 : child.end();
    }

    @Override
    public void kill() {
        Child child = running;
        running = null;
        if (child != null) {
            child.kill();
        }
    }

    @Override
    public void freeze() {
        Child child = running;
        if (child != null) {
            child.freeze();
        }
    }

    @Override
    public void thaw() {
        Child child = running;
        if (child != null) {
            child.thaw();
        }
    }

    @Override
    public boolean isRunning() {
        Child child = running;
        return child != null && child.isAlive();
    }

    /** Returns what it has said so far. */
    String said() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            return "(nothing: " + e + ")";
        }
    }

    /** Returns the end of what it has said. */
    String lastSaid() {
        String all = said();
        return all.substring(Math.max(0, all.length() - MOST_QUOTED)).strip();
    }

    private Path log() {
        return folder.resolve(name + ".log");
    }
}
