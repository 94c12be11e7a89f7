package io.grouter.gossip;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What travels from one node to the next: {@code GR}, a version, a CRC-32C of the rest, then protobuf fields: how much
 * has been sent and taken in on this hop, and at most one signed statement, which may go on to a further node unchanged.
 *
 * @param stream number of the sender's stream of frames to this receiver; 0 = not counted
 * @param offset bytes sent on it up to and with this frame
 * @param ackStream the receiver's own stream that is acknowledged; 0 = none
 * @param ackOffset up to where that was taken in
 * @param sealed the statement, or null when there is nothing but an acknowledgement
 * @param waitedMillis how long the statement waited after it was signed, at this node and those that passed it on
 */
record Frame(
        long stream,
        long offset,
        long ackStream,
        long ackOffset,
        @Nullable Sealed sealed,
        long waitedMillis) {
    /** Longest accepted frame in bytes. */
    static final int MAX_BYTES = 1 << 20;

    private static final byte[] MAGIC = {'G', 'R'};
    /** Nodes with another one cannot talk to each other. */
    private static final byte MAJOR = 1;
    /** Raised when fields or types of messages are added. */
    private static final byte MINOR = 0;

    private static final int HEADER = 8;
    private static final int SIGNATURE_BYTES = 64;

    private static final int STREAM = 1;
    private static final int OFFSET = 2;
    private static final int ACK_STREAM = 3;
    private static final int ACK_OFFSET = 4;
    private static final int STATEMENT = 5;
    private static final int KEY = 6;
    private static final int SIGNATURE = 7;
    private static final int WAITED = 8;
    private static final long MOST_WAITED = Duration.ofDays(1).toMillis();

    /**
     * A statement and its site's signature.
     *
     * @param statement the encoded message; not to be changed
     * @param keyId number of the key
     * @param signature the signature, or no bytes; not to be changed
     */
    record Sealed(byte[] statement, int keyId, byte[] signature) {}

    /** What became of received bytes. */
    sealed interface Decoded {
        /** A frame. */
        record Ok(Frame frame) implements Decoded {}

        /** Not a frame; the reason is fixed text, fit for a metric label. */
        record Malformed(String reason) implements Decoded {}
    }

    byte[] encode() {
        int size = 64 + (sealed == null ? 0 : sealed.statement().length + SIGNATURE_BYTES);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(size);
        try {
            bytes.write(new byte[HEADER]);
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            if (stream != 0) {
                out.writeFixed64(STREAM, stream);
                out.writeInt64(OFFSET, offset);
            }
            if (ackStream != 0) {
                out.writeFixed64(ACK_STREAM, ackStream);
                out.writeInt64(ACK_OFFSET, ackOffset);
            }
            if (sealed != null) {
                out.writeByteArray(STATEMENT, sealed.statement());
                if (sealed.signature().length > 0) {
                    out.writeFixed32(KEY, sealed.keyId());
                    out.writeByteArray(SIGNATURE, sealed.signature());
                }
                if (waitedMillis != 0) {
                    out.writeInt64(WAITED, waitedMillis);
                }
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] encoded = bytes.toByteArray();
        ByteBuffer.wrap(encoded).put(MAGIC).put(MAJOR).put(MINOR).putInt(checksum(encoded));
        return encoded;
    }

    static Decoded decode(byte[] bytes) {
        if (bytes.length < HEADER || bytes[0] != MAGIC[0] || bytes[1] != MAGIC[1]) {
            return new Decoded.Malformed("magic");
        }
        if (bytes[2] != MAJOR) {
            return new Decoded.Malformed("version");
        }
        if (bytes.length > MAX_BYTES) {
            return new Decoded.Malformed("oversized");
        }
        if (ByteBuffer.wrap(bytes).getInt(4) != checksum(bytes)) {
            return new Decoded.Malformed("checksum");
        }
        try {
            return new Decoded.Ok(read(CodedInputStream.newInstance(bytes, HEADER, bytes.length - HEADER)));
        } catch (IOException e) {
            return new Decoded.Malformed("content");
        }
    }

    private static Frame read(CodedInputStream in) throws IOException {
        long[] numbers = new long[WAITED + 1];
        byte[] statement = null;
        byte[] signature = {};
        int key = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagFieldNumber(tag);
            switch (field) {
                case STREAM, ACK_STREAM -> numbers[field] = in.readFixed64();
                case OFFSET, ACK_OFFSET, WAITED -> numbers[field] = in.readInt64();
                case STATEMENT -> statement = in.readByteArray();
                case KEY -> key = in.readFixed32();
                case SIGNATURE -> signature = in.readByteArray();
                default -> in.skipField(tag);
            }
        }
        Sealed sealed = statement == null ? null : new Sealed(statement, key, signature);
        long waited = Math.max(0, Math.min(numbers[WAITED], MOST_WAITED));
        return new Frame(numbers[STREAM], numbers[OFFSET], numbers[ACK_STREAM], numbers[ACK_OFFSET], sealed, waited);
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 2, 2);
        crc.update(bytes, HEADER, bytes.length - HEADER);
        return (int) crc.getValue();
    }
}
