package io.grouter.sim;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Just enough of the NATS core protocol for the simulator: CONNECT, PING, SUB, UNSUB, PUB and HPUB (its headers are
 * dropped), with wildcards and reply subjects, without queue groups, limits by account, or persistence. A client that
 * does not read is thrown out, as by the real server.
 */
final class EmbeddedNats implements NatsBroker {
    private static final int MAX_PAYLOAD = 1 << 20;
    private static final int MAX_LINE = 4096;
    private static final int MAX_PENDING = 65_536;

    private final int port;
    private final Set<Client> clients = ConcurrentHashMap.newKeySet();
    private final AtomicInteger ids = new AtomicInteger();
    private volatile @Nullable ServerSocket server;
    private volatile boolean frozen;

    EmbeddedNats(int port) {
        this.port = port;
    }

    @Override
    public String description() {
        return "embedded broker";
    }

    @Override
    public void start() throws IOException {
        ServerSocket listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
        server = listening;
        Threads.start("sim-nats-" + port, () -> accept(listening));
    }

    @Override
    public void freeze() {
        frozen = true;
    }

    @Override
    public void thaw() {
        frozen = false;
    }

    private void awaitThawed() throws InterruptedException {
        while (frozen) {
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        frozen = false;
        Sockets.closeQuietly(server);
        server = null;
        clients.forEach(Client::drop);
        clients.clear();
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                socket.setTcpNoDelay(true);
                Client client = new Client(socket, ids.incrementAndGet());
                clients.add(client);
                Threads.start("sim-nats-read-" + client.id, client::read);
                Threads.start("sim-nats-write-" + client.id, client::write);
            } catch (IOException e) {
                return;
            }
        }
    }

    private void publish(String subject, String reply, byte[] payload) {
        for (Client client : clients) {
            client.subscriptions.forEach((sid, pattern) -> {
                if (matches(pattern, subject)) {
                    String head = "MSG " + subject + " " + sid + " " + (reply.isEmpty() ? "" : reply + " ")
                            + payload.length + "\r\n";
                    client.send(head, payload);
                }
            });
        }
    }

    /** Returns whether a subscription takes a subject: {@code *} stands for one token, {@code >} for the rest. */
    static boolean matches(String pattern, String subject) {
        String[] wanted = pattern.split("\\.", -1);
        String[] given = subject.split("\\.", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals(">")) {
                return given.length > i;
            }
            if (i >= given.length || !(wanted[i].equals("*") || wanted[i].equals(given[i]))) {
                return false;
            }
        }
        return wanted.length == given.length;
    }

    private final class Client {
        final int id;
        final Map<String, String> subscriptions = new ConcurrentHashMap<>();
        private final Socket socket;
        private final BlockingQueue<byte[]> pending = new ArrayBlockingQueue<>(MAX_PENDING);

        Client(Socket socket, int id) {
            this.socket = socket;
            this.id = id;
        }

        void drop() {
            clients.remove(this);
            Sockets.closeQuietly(socket);
            pending.clear();
            boolean woken = pending.offer(new byte[0]);
            assert woken;
        }

        void send(String head, byte[] payload) {
            ByteArrayOutputStream frame = new ByteArrayOutputStream(head.length() + payload.length + 2);
            frame.writeBytes(head.getBytes(StandardCharsets.UTF_8));
            if (payload.length > 0 || head.startsWith("MSG")) {
                frame.writeBytes(payload);
                frame.writeBytes(new byte[] {'\r', '\n'});
            }
            if (!pending.offer(frame.toByteArray())) {
                drop(); // slow consumer
            }
        }

        void write() {
            try (OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 65_536)) {
                while (!socket.isClosed()) {
                    byte[] first = pending.take();
                    awaitThawed();
                    out.write(first);
                    for (byte[] next = pending.poll(); next != null; next = pending.poll()) {
                        out.write(next);
                    }
                    out.flush();
                }
            } catch (IOException e) {
                drop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void read() {
            send(
                    "INFO {\"server_id\":\"sim\",\"server_name\":\"sim\",\"version\":\"2.10.0\",\"proto\":1,"
                            + "\"host\":\"127.0.0.1\",\"port\":" + port + ",\"headers\":true,\"max_payload\":"
                            + MAX_PAYLOAD + ",\"client_id\":" + id + "}\r\n",
                    new byte[0]);
            try (InputStream in = new BufferedInputStream(socket.getInputStream(), 65_536)) {
                for (String line = readLine(in); line != null; line = readLine(in)) {
                    awaitThawed();
                    if (!line.isEmpty() && !execute(line, in)) {
                        break;
                    }
                }
            } catch (IOException | RuntimeException e) {
                send("-ERR 'Unknown Protocol Operation'\r\n", new byte[0]);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            drop();
        }

        private boolean execute(String line, InputStream in) throws IOException {
            String[] words = line.split(" +");
            switch (words[0].toUpperCase(Locale.ROOT)) {
                case "PING" -> send("PONG\r\n", new byte[0]);
                case "PONG", "CONNECT" -> {
                    return true;
                }
                case "SUB" -> subscriptions.put(words[words.length - 1], words[1]);
                case "UNSUB" -> subscriptions.remove(words[1]);
                case "PUB" -> {
                    byte[] payload = readPayload(in, Integer.parseInt(words[words.length - 1]));
                    publish(words[1], words.length == 4 ? words[2] : "", payload);
                }
                case "HPUB" -> {
                    int headers = Integer.parseInt(words[words.length - 2]);
                    byte[] all = readPayload(in, Integer.parseInt(words[words.length - 1]));
                    byte[] payload = new byte[all.length - headers];
                    System.arraycopy(all, headers, payload, 0, payload.length);
                    publish(words[1], words.length == 5 ? words[2] : "", payload);
                }
                default -> {
                    send("-ERR 'Unknown Protocol Operation'\r\n", new byte[0]);
                    return false;
                }
            }
            return true;
        }

        private byte[] readPayload(InputStream in, int length) throws IOException {
            if (length < 0 || length > MAX_PAYLOAD) {
                throw new IOException("payload of " + length + " bytes");
            }
            byte[] payload = in.readNBytes(length);
            if (payload.length < length || in.read() != '\r' || in.read() != '\n') {
                throw new IOException("payload ends early");
            }
            return payload;
        }

        private @Nullable String readLine(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    return line.toString();
                }
                if (line.length() > MAX_LINE) {
                    throw new IOException("line too long");
                }
                if (b != '\r') {
                    line.append((char) b);
                }
            }
            return null;
        }
    }
}
