package io.grouter.sim;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/** A {@link SimGoRouter} as a process of its own, so that it can be killed. Ends with its standard input. */
final class GoRouterProgram {
    private GoRouterProgram() {}

    /**
     * Runs one.
     *
     * @param args name, port, status port, URL of the NATS server, milliseconds of learning before it listens
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        SimGoRouter goRouter = new SimGoRouter(args[0], Integer.parseInt(args[1]), Integer.parseInt(args[2]), args[3]);
        Thread end = new Thread(GoRouterProgram::endWithInput, "end");
        end.setDaemon(true);
        end.start();
        goRouter.startLearning(Duration.ofMillis(Long.parseLong(args[4])));
        Thread.currentThread().join();
    }

    private static void endWithInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println(e);
        }
        System.exit(0);
    }
}
