package io.grouter.cli;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The whole terminal, drawn every second from what a thread of its own asks the node. Closing it, which the end of the process
 * does at the latest, gives the terminal back as it was.
 */
final class LiveScreen implements AutoCloseable {
    private static final long REDRAW_MILLIS = 1000;
    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[0m\u001b[?25h\u001b[?1049l";

    private final Session session;
    private final Terminal terminal;
    private final Terminal.Keys keys;
    private final Thread asking = new Thread(this::ask, "top");
    private volatile TopData latest;
    private boolean left;

    LiveScreen(Session session, Terminal terminal, Terminal.Keys keys, TopData first) {
        this.session = session;
        this.terminal = terminal;
        this.keys = keys;
        this.latest = first;
        asking.setDaemon(true);
    }

    /** Shows it until somebody quits. */
    void show() throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "top-leave")); // for Ctrl-C and SIGTERM
        print(ENTER);
        asking.start();
        int key;
        do {
            draw();
            key = keys.next(REDRAW_MILLIS);
        } while (key != 'q' && key != 'Q' && key != Terminal.Keys.END);
    }

    private void ask() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(REDRAW_MILLIS);
                try {
                    latest = TopData.from(session);
                } catch (CommandFailure e) {
                    latest = latest.with(e.message());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // told to end
        }
    }

    private void draw() {
        StringBuilder frame = new StringBuilder("\u001b[H");
        List<String> lines = TopScreen.lines(latest, session.surroundings().now(), terminal.size(), session.colours());
        for (int i = 0; i < lines.size(); i++) {
            frame.append(i == 0 ? "" : "\r\n").append(lines.get(i)).append("\u001b[K");
        }
        print(frame.append("\u001b[J").toString());
    }

    private synchronized void print(String text) {
        if (!left) {
            session.out().print(text);
            session.out().flush();
        }
    }

    @Override
    public synchronized void close() {
        if (!left) {
            asking.interrupt();
            keys.close();
            print(LEAVE);
            left = true;
        }
    }
}
