package io.grouter.sim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The first line and headers of an HTTP/1.1 message, and the copying of its body; for the simulator's own servers. */
final class HttpHead {
    private static final int MAX_HEAD = 1 << 20;

    /** One header line. */
    record Field(String name, String value) {}

    final String firstLine;
    final List<Field> fields = new ArrayList<>();

    HttpHead(String firstLine) {
        this.firstLine = firstLine;
    }

    /** Reads a head; null at the end of the connection. */
    static @Nullable HttpHead read(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 2) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            bytes.write(b);
            matched = b == '\n' ? matched + 1 : b == '\r' ? matched : 0;
            if (bytes.size() > MAX_HEAD) {
                throw new IOException("head too long");
            }
        }
        String[] lines = bytes.toString(StandardCharsets.ISO_8859_1).split("\r?\n");
        HttpHead head = new HttpHead(lines.length == 0 ? "" : lines[0]);
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                head.fields.add(new Field(
                        lines[i].substring(0, colon),
                        lines[i].substring(colon + 1).trim()));
            }
        }
        return head;
    }

    @Nullable
    String get(String name) {
        for (Field field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                return field.value();
            }
        }
        return null;
    }

    String get(String name, String otherwise) {
        String value = get(name);
        return value == null ? otherwise : value;
    }

    void remove(String name) {
        fields.removeIf(field -> field.name().equalsIgnoreCase(name));
    }

    HttpHead set(String name, String value) {
        remove(name);
        fields.add(new Field(name, value));
        return this;
    }

    boolean has(String name, String token) {
        String value = get(name);
        return value != null && value.toLowerCase(Locale.ROOT).contains(token);
    }

    /** Returns the n-th word of the first line, or {@code ""}. */
    String word(int n) {
        String[] words = firstLine.split(" ", 3);
        return n < words.length ? words[n] : "";
    }

    void write(OutputStream out) throws IOException {
        StringBuilder text = new StringBuilder(firstLine).append("\r\n");
        for (Field field : fields) {
            text.append(field.name()).append(": ").append(field.value()).append("\r\n");
        }
        out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Copies the body that follows this head.
     *
     * @param untilEnd whether a body without a length lasts until the connection ends (answers) or is none (requests)
     */
    void copyBody(InputStream in, OutputStream out, boolean untilEnd) throws IOException {
        if (has("Transfer-Encoding", "chunked")) {
            copyChunks(in, out);
        } else if (get("Content-Length") != null) {
            copy(in, out, Long.parseLong(get("Content-Length", "0")));
        } else if (untilEnd) {
            in.transferTo(out);
        }
        out.flush();
    }

    private static void copyChunks(InputStream in, OutputStream out) throws IOException {
        while (true) {
            String line = copyLine(in, out);
            int end = line.indexOf(';');
            long size = Long.parseLong((end < 0 ? line : line.substring(0, end)).trim(), 16);
            if (size == 0) {
                String trailer;
                do {
                    trailer = copyLine(in, out);
                } while (!trailer.isEmpty());
                return;
            }
            copy(in, out, size);
            copyLine(in, out);
            out.flush();
        }
    }

    private static String copyLine(InputStream in, OutputStream out) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.length() > 8192) {
                throw new IOException("body ends early");
            }
            out.write(b);
            if (b != '\r') {
                line.append((char) b);
            }
        }
        out.write('\n');
        return line.toString();
    }

    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[65_536];
        long left = length;
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                throw new IOException("body ends early");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }
}
