package io.grouter.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A message as it came over a connection, a character per byte, read as leniently as anything may read: lines may end
 * anyhow, and nothing is ever wrong.
 *
 * @param startLine the first line with its line end
 * @param lines the header lines with their line ends
 * @param body the content, without chunks
 * @param trailers lines after the last chunk
 * @param whole whether it came to its end; a body that ends with the connection always does
 */
public record WireMessage(String startLine, List<String> lines, String body, List<String> trailers, boolean whole) {

    /** Reads a head; null when the connection ended instead. Empty lines before it do not count. */
    public static @Nullable WireMessage head(InputStream in) throws IOException {
        String start = line(in);
        while (start.equals("\r\n") || start.equals("\n")) {
            start = line(in);
        }
        if (start.isEmpty()) {
            return null;
        }
        List<String> lines = new ArrayList<>();
        boolean whole = lines(in, lines);
        return new WireMessage(start, lines, "", List.of(), whole);
    }

    /** Reads the body that belongs to this head; the body of an answer without length ends with the connection. */
    public WireMessage withBody(InputStream in, boolean answer) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        List<String> ends = new ArrayList<>();
        boolean all = whole;
        String length = value("content-length");
        if (contains("transfer-encoding", "chunked")) {
            all &= chunks(in, content, ends);
        } else if (length != null) {
            int bytes = Integer.parseInt(length.trim());
            content.writeBytes(in.readNBytes(bytes));
            all &= content.size() == bytes;
        } else if (answer) {
            content.writeBytes(in.readAllBytes());
        }
        return new WireMessage(startLine, lines, content.toString(StandardCharsets.ISO_8859_1), ends, all);
    }

    private static boolean chunks(InputStream in, ByteArrayOutputStream content, List<String> ends) throws IOException {
        while (true) {
            String line = line(in);
            String digits = line.trim().replaceFirst("(?s)[^0-9A-Fa-f].*", "");
            if (digits.isEmpty()) {
                return false;
            }
            int size = Integer.parseInt(digits, 16);
            if (size == 0) {
                return lines(in, ends);
            }
            byte[] data = in.readNBytes(size);
            content.writeBytes(data);
            if (data.length < size || line(in).isEmpty()) {
                return false;
            }
        }
    }

    private static boolean lines(InputStream in, List<String> to) throws IOException {
        String line = line(in);
        while (!line.isEmpty() && !line.equals("\r\n") && !line.equals("\n")) {
            to.add(line);
            line = line(in);
        }
        return !line.isEmpty();
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            line.write(b);
            if (b == '\n') {
                break;
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Returns the lower-case name of a header line. */
    public static String name(String line) {
        int colon = line.indexOf(':');
        return (colon < 0 ? line : line.substring(0, colon)).trim().toLowerCase(Locale.ROOT);
    }

    /** Returns the value of the first header with this lower-case name, or null. */
    public @Nullable String value(String name) {
        for (String line : lines) {
            if (name(line).equals(name)) {
                return valueOf(line);
            }
        }
        return null;
    }

    /** Returns the value of a header line, without the space around it. */
    public static String valueOf(String line) {
        return line.substring(line.indexOf(':') + 1).trim();
    }

    /** Returns whether a header with this lower-case name has a text in its value, in any case. */
    public boolean contains(String name, String text) {
        for (String line : lines) {
            if (name(line).equals(name)
                    && valueOf(line).toLowerCase(Locale.ROOT).contains(text)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the status code of an answer. */
    public int status() {
        return Integer.parseInt(startLine.substring(9, 12));
    }
}
