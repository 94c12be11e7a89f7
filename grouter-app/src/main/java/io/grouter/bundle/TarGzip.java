package io.grouter.bundle;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/** Writes small files into a compressed archive (POSIX ustar). */
final class TarGzip implements AutoCloseable {
    private static final int BLOCK = 512;
    private static final int MODE = 100;
    private static final int OWNER = 108;
    private static final int GROUP = 116;
    private static final int SIZE = 124;
    private static final int TIME = 136;
    private static final int CHECKSUM = 148;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int MOST_NAME = 99;

    private final OutputStream out;
    private final long seconds;

    TarGzip(OutputStream out, long seconds) throws IOException {
        this.out = new GZIPOutputStream(out);
        this.seconds = seconds;
    }

    void add(String name, byte[] content) throws IOException {
        byte[] header = new byte[BLOCK];
        if (name.length() > MOST_NAME) {
            throw new IllegalArgumentException("name: more than " + MOST_NAME + " characters");
        }
        put(header, 0, name);
        put(header, MODE, "0000600");
        put(header, OWNER, "0000000");
        put(header, GROUP, "0000000");
        put(header, SIZE, String.format(Locale.ROOT, "%011o", content.length));
        put(header, TIME, String.format(Locale.ROOT, "%011o", seconds));
        put(header, CHECKSUM, "        ");
        put(header, TYPE, "0");
        put(header, MAGIC, "ustar");
        put(header, MAGIC + 6, "00");
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xFF;
        }
        put(header, CHECKSUM, String.format(Locale.ROOT, "%06o", sum) + "\0 ");
        out.write(header);
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    @Override
    public void close() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.close();
    }
}
