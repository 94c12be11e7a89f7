package io.grouter.sim;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A {@link SimGoRouter} as a process of its own, so that it can be killed. Ends with its standard input. */
final class GoRouterProgram {
    /** The line of its standard input that has it drain. */
    static final String DRAIN = "drain";

    private GoRouterProgram() {}

    /**
     * Runs one.
     *
     * @param args name, port, status port, URL of the NATS server, milliseconds of learning before it listens
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        SimGoRouter goRouter = new SimGoRouter(args[0], Integer.parseInt(args[1]), Integer.parseInt(args[2]), args[3]);
        Threads.start("input", () -> readInput(goRouter));
        goRouter.startLearning(Duration.ofMillis(Long.parseLong(args[4])));
        Thread.currentThread().join();
    }

    private static void readInput(SimGoRouter goRouter) {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals(DRAIN)) {
                    goRouter.drain();
                }
            }
        } catch (IOException e) {
            System.err.println(e);
        }
        System.exit(0);
    }
}
