package io.grouter.testing;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Publishes to a NATS server over a plain socket, as fast as the server reads: what is to be sent is put together
 * beforehand.
 */
public final class NatsPublisher implements AutoCloseable {
    private final Socket socket;
    private final OutputStream out;
    private final BufferedReader in;

    /** Connects to a server on loopback that asks for no credentials. */
    public NatsPublisher(int port) throws IOException {
        this.socket = new Socket("127.0.0.1", port);
        this.out = socket.getOutputStream();
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        in.readLine(); // INFO
        send("CONNECT {\"verbose\":false,\"pedantic\":false,\"name\":\"publisher\"}\r\n"
                .getBytes(StandardCharsets.UTF_8));
        flush();
    }

    /** Adds a message to what will be sent. */
    public static void add(ByteArrayOutputStream to, String subject, byte[] body) {
        to.writeBytes(("PUB " + subject + " " + body.length + "\r\n").getBytes(StandardCharsets.UTF_8));
        to.writeBytes(body);
        to.write('\r');
        to.write('\n');
    }

    /** Sends what was put together. */
    public void send(byte[] messages) {
        try {
            out.write(messages);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one message. */
    public void publish(String subject, byte[] body) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        add(message, subject, body);
        send(message.toByteArray());
    }

    /** Waits until the server has read all that was sent. */
    public void flush() {
        send("PING\r\n".getBytes(StandardCharsets.UTF_8));
        try {
            for (String line = in.readLine(); line != null && !line.equals("PONG"); line = in.readLine()) {
                if (line.equals("PING")) {
                    send("PONG\r\n".getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
