package io.grouter.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A real browser without a screen that knows 127.0.0.1 and the names under {@code apps.test}, which lead there, alone. */
public final class ChromiumProcess implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final Path profile;

    /**
     * Starts one with a page.
     *
     * @param program as of {@link Programs#find}
     * @param folder for its profile, new
     * @param more the page's URL, after more options of the command line if there are any
     */
    public ChromiumProcess(String program, Path folder, String... more) throws IOException {
        this.log = folder.resolve("chromium.log");
        this.profile = folder.resolve("profile");
        List<String> command = new ArrayList<>(List.of(
                program,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-extensions",
                "--no-first-run",
                "--no-default-browser-check",
                "--no-proxy-server",
                "--password-store=basic",
                "--ignore-certificate-errors",
                "--disable-features=HttpsUpgrades,MediaRouter,OptimizationHints,Translate",
                "--host-resolver-rules=MAP *.apps.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--user-data-dir=" + profile,
                "--enable-logging=stderr"));
        command.addAll(List.of(more));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("TMPDIR", folder.toString());
        builder.environment().put("HOME", folder.toString());
        this.process = builder.start();
    }

    /** Returns whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns where its DevTools listen once they do; only with the option {@code --remote-debugging-port=0}. */
    Optional<URI> devTools() throws IOException {
        Path file = profile.resolve("DevToolsActivePort");
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        return lines.size() < 2
                ? Optional.empty()
                : Optional.of(URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1)));
    }

    /** Returns what it and its pages had to say, for people. */
    public String said() throws IOException {
        List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.contains("dbus"))
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    /** Ends it with all processes it started. */
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle each : all) {
            try {
                each.onExit().get(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException("process " + each.pid() + " of the browser does not end", e);
            }
        }
    }
}
