package io.grouter.testing;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A stand-in for a GoRouter as a process of its own, so that it can be killed, frozen and drained: answers every request
 * with 200 and {@code /health} on its status port.
 */
public final class GoRouterProcess implements AutoCloseable {
    private static final byte[] BODY = "from the app\n".getBytes(StandardCharsets.US_ASCII);

    private final Process process;
    private final int port;
    private final int statusPort;

    private GoRouterProcess(Process process, int port, int statusPort) {
        this.process = process;
        this.port = port;
        this.statusPort = statusPort;
    }

    /** Starts one on free ports of the loopback address. */
    public static GoRouterProcess start() throws IOException {
        return start(0, 0);
    }

    /** Starts one on these ports. */
    public static GoRouterProcess start(int port, int statusPort) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-Dsun.net.httpserver.nodelay=true",
                "-classpath",
                System.getProperty("java.class.path"),
                GoRouterProcess.class.getName(),
                String.valueOf(port),
                String.valueOf(statusPort));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        String ports = out.readLine();
        if (ports == null) {
            throw new IOException("the stand-in for a GoRouter did not start");
        }
        String[] parts = ports.split(" ");
        return new GoRouterProcess(process, Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    /** Returns the port for requests. */
    public int port() {
        return port;
    }

    /** Returns the port for health probes. */
    public int statusPort() {
        return statusPort;
    }

    /** Makes {@code /health} answer 503 from now on. */
    public void drain() throws IOException {
        process.getOutputStream().write("drain\n".getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
    }

    /** Sends a signal such as {@code STOP}. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    /** Ends it as {@code kill -9} does. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs one until its input ends. */
    public static void main(String[] args) throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        HttpServer traffic = HttpServer.create(new InetSocketAddress(loopback, Integer.parseInt(args[0])), 100);
        HttpServer status = HttpServer.create(new InetSocketAddress(loopback, Integer.parseInt(args[1])), 100);
        int[] health = {200};
        traffic.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("X-Vcap-Request-Id", "1");
            exchange.sendResponseHeaders(200, BODY.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(BODY);
            }
        });
        status.createContext("/health", exchange -> {
            exchange.sendResponseHeaders(health[0], -1);
            exchange.close();
        });
        traffic.setExecutor(Executors.newFixedThreadPool(16));
        status.setExecutor(Executors.newFixedThreadPool(2));
        traffic.start();
        status.start();
        System.out.println(
                traffic.getAddress().getPort() + " " + status.getAddress().getPort());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("drain")) {
                health[0] = 503;
            }
        }
        System.exit(0);
    }
}
