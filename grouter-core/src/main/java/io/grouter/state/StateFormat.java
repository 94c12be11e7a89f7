package io.grouter.state;

import io.grouter.route.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * How a state file is laid out: a magic word with the version, then blocks of type (1 byte), length (4), content and a
 * CRC-32C (4) over number, type and content of the block, the last one an end mark with totals. The number of a block
 * counts from 0 and is not written, so that a block that is missing, doubled or out of place does not pass.
 */
final class StateFormat {
    static final byte[] MAGIC = "GROUTER-STATE/2\n".getBytes(StandardCharsets.US_ASCII);
    /** Longest content of a block; a part of the local table may come close at a hundred million routes. */
    static final int MAX_BLOCK = 64 << 20;

    static final int HEAD_LENGTH = 5;
    static final int CRC_LENGTH = 4;

    /** Site, and wall-clock milliseconds at which writing began. The first block. */
    static final int HEADER = 1;
    /** Number and bytes of a set of tags, before the first endpoint that has it. */
    static final int SHAPE = 2;
    /** Endpoints of this site: URI, row, age in milliseconds. */
    static final int LOCAL = 3;
    /** Offers of one other site: site, incarnation, milliseconds since it was heard, then URI, instances, app id, extension. */
    static final int LEARNED = 4;
    /** Number of endpoints and of offers. The last block. */
    static final int END = 5;

    private StateFormat() {}

    /** Returns a block's head, content and checksum, ready to be written. */
    static ByteBuffer block(int number, int type, Bytes content) {
        ByteBuffer block = ByteBuffer.allocate(HEAD_LENGTH + content.length() + CRC_LENGTH);
        block.put((byte) type).putInt(content.length()).put(content.array(), 0, content.length());
        block.putInt(crc(number, type, content.array(), content.length()));
        return block.flip();
    }

    static int crc(int number, int type, byte[] content, int length) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(8).putInt(number).putInt(type).flip());
        crc.update(content, 0, length);
        return (int) crc.getValue();
    }
}
