package io.grouter.sim;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A process that this one has started; it ends with this one at the latest. */
final class Child {
    private static final Set<Child> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Child::kill)));
    }

    private final Process process;

    private Child(Process process) {
        this.process = process;
    }

    /** Starts one; what it says is appended to a file. */
    static Child start(Path output, List<String> command) throws IOException {
        Child made = new Child(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start());
        RUNNING.add(made);
        return made;
    }

    /**
     * Returns the command that runs a class of this program in a JVM like this one.
     *
     * @param options for the JVM
     */
    static List<String> java(List<String> options, String mainClass, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("grouter.jar", System.getProperty("java.class.path"))); // the jar, in tests
        command.add(mainClass);
        command.addAll(List.of(arguments));
        return command;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Writes a line to its standard input. */
    void tell(String line) throws IOException {
        OutputStream to = process.getOutputStream();
        to.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        to.flush();
    }

    /** Ends it as {@code kill -9} does; frozen ones, too. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** Ends it as {@code kill} does, and returns its exit code. */
    int end() {
        process.destroy();
        thaw(); // one that is frozen hears nothing
        await();
        return process.exitValue();
    }

    private void await() {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("does not end: " + process);
            }
            RUNNING.remove(this);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Freezes it: its sockets stay open, and nothing happens any more. */
    void freeze() {
        signal(process, "STOP");
    }

    /** Lets it go on after {@link #freeze}. */
    void thaw() {
        signal(process, "CONT");
    }

    /** Sends a signal to a process by its id; one that has ended is left alone. */
    static void signal(Process process, String name) {
        if (!process.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new IllegalStateException("cannot send " + name + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
