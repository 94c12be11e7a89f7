package io.grouter.proxy;

import io.grouter.http.Field;
import io.grouter.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is written to one HTTP/1.1 connection. A head and a small body go into one buffer, so that they leave in one
 * system call; large pieces pass as they are. Used on one event loop.
 */
final class Outgoing {
    /** Bodies up to about this size are copied behind their head. */
    private static final int SMALL = 4096;

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = "0\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final ChannelHandlerContext context;

    @Nullable
    private ByteBuf held;

    Outgoing(ChannelHandlerContext context) {
        this.context = context;
    }

    /** Returns a buffer into which a head may be written. */
    ByteBuf head(int bytes, boolean withBody) {
        ByteBuf now = held;
        if (now != null && now.writableBytes() >= bytes) {
            return now;
        }
        pass();
        ByteBuf made = context.alloc().directBuffer(withBody ? Math.max(bytes + SMALL / 4, SMALL / 2) : bytes);
        held = made;
        return made;
    }

    /** Takes over a piece of a body that is sent as it is; returns its size. */
    int data(ByteBuf data) {
        int size = data.readableBytes();
        ByteBuf now = held;
        if (now != null && size <= SMALL) {
            now.writeBytes(data);
            data.release();
        } else {
            pass();
            context.write(data, context.voidPromise());
        }
        return size;
    }

    /** Takes over a piece of a body that is sent as a chunk; empty pieces are not sent. Returns its size. */
    int chunk(ByteBuf data) {
        int size = data.readableBytes();
        if (size == 0) {
            data.release();
            return 0;
        }
        if (size <= SMALL) {
            ByteBuf to = head(size + 16, true);
            writeSize(to, size);
            to.writeBytes(data).writeBytes(CRLF);
            data.release();
        } else {
            writeSize(head(16, false), size);
            pass();
            context.write(data, context.voidPromise());
            head(16, false).writeBytes(CRLF);
        }
        return size;
    }

    private static void writeSize(ByteBuf to, int size) {
        int shift = 28;
        while (shift > 0 && (size >>> shift) == 0) {
            shift -= 4;
        }
        for (; shift >= 0; shift -= 4) {
            to.writeByte(HEX[(size >>> shift) & 0xF]);
        }
        to.writeBytes(CRLF);
    }

    /** Ends a body in chunks. What frames or routes a message has no place in trailers (RFC 9110 section 6.5.1). */
    void lastChunk(@Nullable Head trailers) {
        ByteBuf to = head(LAST_CHUNK.length + 2 + (trailers == null ? 0 : trailers.length()), false);
        to.writeBytes(LAST_CHUNK);
        for (int i = 0; trailers != null && i < trailers.count(); i++) {
            if (mayTrail(trailers.field(i))) {
                int start = trailers.lineStart(i);
                to.writeBytes(trailers.bytes(), start, trailers.lineEnd(i) - start);
            }
        }
        to.writeBytes(CRLF);
    }

    static boolean mayTrail(Field field) {
        return switch (field) {
            case HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION, KEEP_ALIVE, TE, UPGRADE, HTTP2_SETTINGS -> false;
            case PROXY_CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION -> false;
            case X_FORWARDED_FOR,
                    X_FORWARDED_PROTO,
                    X_FORWARDED_HOST,
                    X_FORWARDED_PORT,
                    X_FORWARDED_CLIENT_CERT,
                    X_REQUEST_START,
                    CDN_LOOP -> false; // who the client is and where it has been, Grouter alone says
            default -> true;
        };
    }

    /** Hands what is held to the channel. */
    private void pass() {
        ByteBuf now = held;
        if (now != null) {
            held = null;
            context.write(now, context.voidPromise());
        }
    }

    void flush() {
        ByteBuf now = held;
        if (now != null) {
            held = null;
            context.writeAndFlush(now, context.voidPromise());
        } else {
            context.flush();
        }
    }

    /** Flushes, and closes when all of it is written or cannot be. */
    void flushAndThen(Runnable next) {
        pass();
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> next.run());
    }

    void release() {
        ByteBuf now = held;
        if (now != null) {
            held = null;
            now.release();
        }
    }
}
