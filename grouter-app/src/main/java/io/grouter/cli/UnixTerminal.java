package io.grouter.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The terminal this process was started in, by way of {@code stty}. */
final class UnixTerminal implements Terminal {
    private static final Size UNKNOWN = new Size(24, 80);

    @Override
    public boolean isInput() {
        return isTerminal(0);
    }

    @Override
    public boolean isOutput() {
        return isTerminal(1);
    }

    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            if (!Files.isSymbolicLink(link)) { // no Linux
                String[] test = {"test", "-t", String.valueOf(descriptor)};
                return new ProcessBuilder(test).inheritIO().start().waitFor() == 0;
            }
            String name = Files.readSymbolicLink(link).toString();
            return name.startsWith("/dev/pts/") || name.startsWith("/dev/tty") || name.equals("/dev/console");
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public Size size() {
        try {
            String[] parts = stty("size").split(" ", -1);
            int rows = Integer.parseInt(parts[0]);
            int columns = Integer.parseInt(parts[1]);
            return rows < 1 || columns < 1 ? UNKNOWN : new Size(rows, columns);
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return UNKNOWN;
        }
    }

    @Override
    public @Nullable String readLine() throws IOException {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }

    @Override
    public Keys keys() throws IOException {
        return new RawKeys(stty("-g"));
    }

    private static String stty(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/tty"))
                .redirectErrorStream(true)
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("stty: " + answer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return answer;
    }

    /** Reads keys on a thread of its own. Ctrl-C still ends the process; Ctrl-Z does nothing meanwhile. */
    private static final class RawKeys implements Keys {
        private final String before;
        private final BlockingQueue<Integer> pressed = new ArrayBlockingQueue<>(64);
        private final AtomicBoolean closed = new AtomicBoolean();

        RawKeys(String before) throws IOException {
            this.before = before;
            stty("-icanon", "-echo", "min", "1", "time", "0", "susp", "undef");
            Thread reader = new Thread(this::read, "keys");
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try {
                int key;
                do {
                    key = System.in.read();
                    pressed.put(key < 0 ? END : key);
                } while (key >= 0);
            } catch (IOException e) {
                pressed.offer(END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public int next(long millis) throws InterruptedException {
            Integer key = pressed.poll(millis, TimeUnit.MILLISECONDS);
            return key == null ? NONE : key;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                try {
                    stty(before);
                } catch (IOException e) {
                    throw new UncheckedIOException("the terminal stays as it is; reset mends it", e);
                }
            }
        }
    }
}
