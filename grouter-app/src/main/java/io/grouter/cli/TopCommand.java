package io.grouter.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code grouter top}. */
@Command(
        name = "top",
        description = {
            "Show sites, traffic, GoRouters, feed, orders and the latest changes live, over the whole terminal.",
            "Asks the node every second; q quits."
        })
final class TopCommand implements Callable<Integer> {
    private static final long REDRAW_MILLIS = 1000;
    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[0m\u001b[?25h\u001b[?1049l";

    private final Surroundings surroundings;

    @Mixin
    private final AdminOptions admin;

    TopCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            Terminal terminal = surroundings.terminal();
            if (!terminal.isInput() || !terminal.isOutput() || session.json()) {
                throw new CommandFailure(
                        ExitCodes.USAGE,
                        "top takes a whole terminal",
                        "./grouter sites shows the sites once, ./grouter watch prints what happens.");
            }
            show(session, terminal, TopData.from(session));
            return ExitCodes.OK;
        });
    }

    private void show(Session session, Terminal terminal, TopData first) throws CommandFailure, InterruptedException {
        AtomicReference<TopData> latest = new AtomicReference<>(first);
        Thread asking = new Thread(() -> ask(session, latest), "top");
        asking.setDaemon(true);
        try (Terminal.Keys keys = terminal.keys()) {
            AtomicBoolean left = new AtomicBoolean();
            Runnable leave = () -> {
                if (left.compareAndSet(false, true)) {
                    keys.close();
                    session.out().print(LEAVE);
                    session.out().flush();
                }
            };
            Thread hook = new Thread(leave, "top-leave"); // Ctrl-C and SIGTERM end the process by way of hooks
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                session.out().print(ENTER);
                asking.start();
                int key;
                do {
                    draw(session, terminal.size(), latest.get(), left);
                    key = keys.next(REDRAW_MILLIS);
                } while (key != 'q' && key != 'Q' && key != -2);
            } finally {
                asking.interrupt();
                leave.run();
            }
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCodes.USAGE,
                    "no keys can be read: " + Failures.reason(e),
                    "./grouter sites shows the sites once.");
        }
    }

    private void ask(Session session, AtomicReference<TopData> latest) {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(REDRAW_MILLIS);
                try {
                    latest.set(TopData.from(session));
                } catch (CommandFailure e) {
                    latest.set(latest.get().with(e.message()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // told to end
        }
    }

    private void draw(Session session, Terminal.Size size, TopData data, AtomicBoolean left) {
        StringBuilder frame = new StringBuilder("\u001b[H");
        List<String> lines = TopScreen.lines(data, surroundings.now(), size, session.colours());
        for (int i = 0; i < lines.size(); i++) {
            frame.append(i == 0 ? "" : "\r\n").append(lines.get(i)).append("\u001b[K");
        }
        frame.append("\u001b[J");
        if (!left.get()) {
            session.out().print(frame.toString());
            session.out().flush();
        }
    }
}
