package io.grouter.sim;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Dispatcher;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A GoRouter as Grouter sees one: learns routes from NATS, forwards to apps over HTTP/1.1, and answers with the status
 * codes and headers of the real one. One thread per connection; not made for load.
 */
final class SimGoRouter implements GoRouter {
    private static final int IDLE_MILLIS = 60_000;
    private static final String INSTANCE_HEADER =
            "[\\da-f]{8}-([\\da-f]{4}-){3}[\\da-f]{12}:\\d+"; // as in GoRouter's handlers/lookup.go

    private final String name;
    private final HostAddress address;
    private final int port;
    private final int statusPort;
    private final String natsUrl;
    private final GoRouterTable table = new GoRouterTable();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<ServerSocket> listening = new CopyOnWriteArrayList<>();
    private volatile @Nullable Connection nats;
    private volatile boolean draining;
    private volatile boolean running;

    /** Makes a GoRouter on loopback, not yet started. */
    SimGoRouter(String name, int port, int statusPort, String natsUrl) {
        this(name, HostAddress.LOOPBACK, port, statusPort, natsUrl);
    }

    /** Makes a GoRouter, not yet started. */
    SimGoRouter(String name, HostAddress address, int port, int statusPort, String natsUrl) {
        this.name = name;
        this.address = address;
        this.port = port;
        this.statusPort = statusPort;
        this.natsUrl = natsUrl;
    }

    @Override
    public void start() throws IOException {
        running = true;
        draining = false;
        listen(port, this::serve);
        listen(statusPort, this::serveStatus);
        Threads.start(name + "-nats", this::learn);
    }

    /**
     * Starts as GoRouter does with {@code start_response_delay_interval}: listens only when it has heard its NATS server
     * for a while. Blocks until then.
     */
    void startLearning(Duration first) throws IOException, InterruptedException {
        running = true;
        draining = false;
        Threads.start(name + "-nats", this::learn);
        while (nats == null) {
            Thread.sleep(20);
        }
        Thread.sleep(first.toMillis());
        listen(port, this::serve);
        listen(statusPort, this::serveStatus);
    }

    @Override
    public void drain() {
        draining = true;
    }

    @Override
    public void close() {
        running = false;
        listening.forEach(Sockets::closeQuietly);
        listening.clear();
        open.forEach(Sockets::closeQuietly);
        Connection current = nats;
        if (current != null) {
            try {
                current.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- learning

    /** Subscribes as GoRouter does, greets as GoRouter does, and prunes only while NATS is there. */
    private void learn() {
        Options options = new Options.Builder()
                .server(natsUrl)
                .connectionName(name)
                .maxReconnects(-1)
                .reconnectWait(Duration.ofMillis(500))
                .connectionTimeout(Duration.ofSeconds(1))
                .errorListener(new QuietErrors())
                .connectionListener((ConnectionListener) (connection, event) -> onEvent(connection, event))
                .build();
        while (running) {
            try (Connection connection = Nats.connect(options)) {
                nats = connection;
                while (running && connection.getStatus() != Connection.Status.CLOSED) {
                    Thread.sleep(1_000);
                    if (connection.getStatus() == Connection.Status.CONNECTED) {
                        table.prune();
                    }
                }
            } catch (IOException e) {
                Sockets.closeQuietly(null);
            } catch (InterruptedException e) {
                return;
            }
            try {
                Thread.sleep(500);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void onEvent(Connection connection, ConnectionListener.Events event) {
        if (event == ConnectionListener.Events.CONNECTED) {
            Dispatcher dispatcher = connection.createDispatcher(message -> {
                switch (message.getSubject()) {
                    case "router.register" -> table.register(message.getData());
                    case "router.unregister" -> table.unregister(message.getData());
                    case "router.greet" -> {
                        if (message.getReplyTo() != null) {
                            connection.publish(message.getReplyTo(), startMessage());
                        }
                    }
                    default -> {}
                }
            });
            dispatcher.subscribe("router.*");
        }
        if (event == ConnectionListener.Events.CONNECTED || event == ConnectionListener.Events.RECONNECTED) {
            connection.publish("router.start", startMessage());
        }
    }

    private byte[] startMessage() {
        String text = "{\"id\":\"0-" + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
                + "\",\"hosts\":[\"" + address.advertised() + "\"],\"minimumRegisterIntervalInSeconds\":20,"
                + "\"pruneThresholdInSeconds\":120}";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // ---- serving

    private interface Service {
        boolean serve(HttpHead request, InputStream in, OutputStream out, String peer) throws IOException;
    }

    private void listen(int on, Service service) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(address.bind(on), 1024);
        listening.add(server);
        Threads.start(name + "-accept", () -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Threads.start(name + "-serve", () -> handle(socket, service));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private void handle(Socket socket, Service service) {
        open.add(socket);
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream(), 65_536);
                OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 65_536)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(IDLE_MILLIS);
            String peer = socket.getInetAddress().getHostAddress();
            boolean more = running;
            while (more) {
                HttpHead request = HttpHead.read(in);
                more = request != null && service.serve(request, in, out, peer);
                out.flush();
            }
        } catch (IOException | RuntimeException e) {
            return; // the client left, or sent what no client sends; the socket is closed
        } finally {
            open.remove(socket);
        }
    }

    private boolean serveStatus(HttpHead request, InputStream in, OutputStream out, String peer) throws IOException {
        boolean health = request.word(1).equals("/health");
        HttpHead answer = new HttpHead(
                health
                        ? (draining ? "HTTP/1.1 503 Service Unavailable" : "HTTP/1.1 200 OK")
                        : "HTTP/1.1 404 Not Found");
        String body = health && !draining ? "ok\n" : "";
        answer.set("Cache-Control", "private, max-age=0")
                .set("Expires", "0")
                .set("Content-Length", String.valueOf(body.length()))
                .write(out);
        out.write(body.getBytes(StandardCharsets.US_ASCII));
        return !request.has("Connection", "close");
    }

    private boolean serve(HttpHead request, InputStream in, OutputStream out, String peer) throws IOException {
        boolean keep = !request.has("Connection", "close") && !request.firstLine.endsWith("HTTP/1.0");
        if (request.get("User-Agent", "").equals("HTTP-Monitor/1.1")) {
            return error(request, in, out, keep, draining ? "503 Service Unavailable" : "200 OK", "", "ok\n");
        }
        String host = request.get("Host", "");
        if (host.isEmpty() || host.equals(peer)) {
            return error(
                    request,
                    in,
                    out,
                    keep,
                    "400 Bad Request",
                    "empty_host",
                    "400 Bad Request: Request had empty Host header\n");
        }
        String wanted = request.get("X-Cf-App-Instance", "");
        if (!wanted.isEmpty() && !wanted.matches(INSTANCE_HEADER)) {
            return error(
                    request,
                    in,
                    out,
                    keep,
                    "400 Bad Request",
                    "invalid_cf_app_instance_header",
                    "400 Bad Request: Invalid X-CF-App-Instance Header\n");
        }
        String target = request.word(1);
        String path = target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
        List<GoRouterTable.Backend> backends = table.lookup(host, path);
        if (backends != null && !wanted.isEmpty()) {
            List<GoRouterTable.Backend> exact = backends.stream()
                    .filter(backend -> wanted.equals(backend.app() + ":" + backend.index()))
                    .toList();
            backends = exact.isEmpty() ? null : exact;
        }
        if (backends == null) {
            String status = wanted.isEmpty() ? "404 Not Found" : "400 Bad Request";
            return error(
                    request,
                    in,
                    out,
                    keep,
                    status,
                    "unknown_route",
                    status + ": Requested route ('" + host + "') does not exist.\n");
        }
        return forward(request, in, out, peer, keep, backends);
    }

    private boolean error(
            HttpHead request, InputStream in, OutputStream out, boolean keep, String status, String reason, String body)
            throws IOException {
        request.copyBody(in, OutputStream.nullOutputStream(), false); // Go reads the whole body before it answers
        HttpHead answer = new HttpHead("HTTP/1.1 " + status);
        if (!reason.isEmpty()) {
            answer.set("X-Cf-RouterError", reason).set("Cache-Control", "no-cache, no-store");
        }
        answer.set("Content-Type", "text/plain; charset=utf-8")
                .set("X-Content-Type-Options", "nosniff")
                .set("Content-Length", String.valueOf(body.getBytes(StandardCharsets.UTF_8).length))
                .write(out);
        if (!request.word(0).equals("HEAD")) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        }
        return keep;
    }

    private boolean forward(
            HttpHead request,
            InputStream in,
            OutputStream out,
            String peer,
            boolean keep,
            List<GoRouterTable.Backend> backends)
            throws IOException {
        String requestId = UUID.randomUUID().toString();
        for (GoRouterTable.Backend backend : backends) {
            try (Socket app = new Socket()) {
                try {
                    app.connect(new InetSocketAddress(backend.host(), backend.port()), 5_000);
                } catch (IOException e) {
                    continue; // nothing was sent: the next endpoint may have it
                }
                app.setTcpNoDelay(true);
                OutputStream toApp = new BufferedOutputStream(app.getOutputStream(), 65_536);
                InputStream fromApp = new BufferedInputStream(app.getInputStream(), 65_536);
                prepare(request, peer, requestId, backend);
                request.write(toApp);
                request.copyBody(in, toApp, false);
                return answer(request, fromApp, out, keep, requestId);
            }
        }
        return error(
                request,
                in,
                out,
                keep,
                "502 Bad Gateway",
                "endpoint_failure (dial tcp: connect: connection refused)",
                "502 Bad Gateway: Registered endpoint failed to handle the request.\n");
    }

    private static void prepare(HttpHead request, String peer, String requestId, GoRouterTable.Backend backend) {
        String forwarded = request.get("X-Forwarded-For");
        request.set("X-Forwarded-For", forwarded == null ? peer : forwarded + ", " + peer);
        if (request.get("X-Forwarded-Proto") == null) {
            request.set("X-Forwarded-Proto", "http");
        }
        if (request.get("X-Request-Start") == null) {
            request.set("X-Request-Start", String.valueOf(System.currentTimeMillis()));
        }
        request.remove("X-Cf-App-Instance");
        request.set("X-Vcap-Request-Id", requestId)
                .set("X-Cf-ApplicationID", backend.app())
                .set("X-Cf-InstanceID", backend.instanceId().isEmpty() ? backend.address() : backend.instanceId())
                .set("X-Cf-InstanceIndex", backend.index())
                .set("Connection", "close");
    }

    private static boolean answer(
            HttpHead request, InputStream fromApp, OutputStream out, boolean keep, String requestId)
            throws IOException {
        HttpHead answer = HttpHead.read(fromApp);
        if (answer == null) {
            throw new IOException("the app closed the connection");
        }
        answer.remove("Connection");
        if (answer.get("X-Vcap-Request-Id") == null) {
            answer.set("X-Vcap-Request-Id", requestId);
        }
        boolean bodiless = request.word(0).equals("HEAD")
                || answer.word(1).equals("204")
                || answer.word(1).equals("304");
        boolean framed = bodiless || answer.get("Content-Length") != null || answer.has("Transfer-Encoding", "chunked");
        boolean keepAfter = keep && framed;
        if (!keepAfter) {
            answer.set("Connection", "close");
        }
        answer.write(out);
        if (!bodiless) {
            answer.copyBody(fromApp, out, true);
        }
        return keepAfter;
    }
}
