package io.grouter.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the body of a message in the bytes after its head (RFC 9112 section 6): so many bytes, chunks, or all up to the
 * end of the connection. Chunks are read strictly; what is handed on is their content. Made once per connection. Not
 * thread-safe.
 */
public final class BodyReader {
    private static final int MOST_SIZE_DIGITS = 15;
    private static final int MOST_EXTENSION_BYTES = 1024;

    private enum State {
        DONE,
        LENGTH,
        TO_THE_END,
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS
    }

    private final HeadLimits limits;
    private State state = State.DONE;
    private long remaining;
    private int digits;
    private int extension;

    @Nullable
    private Head trailers;

    @Nullable
    private Malformed problem;

    /** Makes one, with these limits for trailers. */
    public BodyReader(HeadLimits limits) {
        this.limits = limits;
    }

    /** Begins with a message without a body. */
    public void none() {
        begin(State.DONE);
    }

    /** Begins a body of so many bytes. */
    public void length(long bytes) {
        begin(bytes == 0 ? State.DONE : State.LENGTH);
        remaining = bytes;
    }

    /** Begins a body in chunks. */
    public void chunked() {
        begin(State.SIZE);
    }

    /** Begins a body that ends with the connection. */
    public void toTheEnd() {
        begin(State.TO_THE_END);
    }

    private void begin(State first) {
        state = first;
        remaining = 0;
        digits = 0;
        problem = null;
        if (trailers != null) {
            trailers.clear();
        }
    }

    /** Returns whether all of it has come. */
    public boolean done() {
        return state == State.DONE;
    }

    /** Returns whether only the end of the connection ends it. */
    public boolean endsWithConnection() {
        return state == State.TO_THE_END;
    }

    /** Returns what is wrong with its framing, or null; then nothing more can be read. */
    public @Nullable Malformed problem() {
        return problem;
    }

    /** Returns the trailers of a body that is done, or null when there were none. */
    public @Nullable Head trailers() {
        return trailers == null || trailers.count() == 0 ? null : trailers;
    }

    /**
     * Takes bytes of the body out of a buffer; returns the next piece of content, with a reference of its own, or null
     * when there is none in what is left of the buffer, the body is done, or its framing is wrong.
     */
    public @Nullable ByteBuf next(ByteBuf in) {
        while (in.isReadable() && problem == null && state != State.DONE) {
            switch (state) {
                case LENGTH, DATA -> {
                    int piece = (int) Math.min(remaining, in.readableBytes());
                    remaining -= piece;
                    if (remaining == 0) {
                        state = state == State.LENGTH ? State.DONE : State.DATA_CR;
                    }
                    return in.readRetainedSlice(piece);
                }
                case TO_THE_END -> {
                    return in.readRetainedSlice(in.readableBytes());
                }
                case TRAILERS -> readTrailers(in);
                default -> framing(in.readByte());
            }
        }
        return null;
    }

    private void framing(byte b) {
        switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> extension(b);
            case SIZE_LF -> {
                expect(b == Ascii.LF);
                state = remaining == 0 ? State.TRAILERS : State.DATA;
                digits = 0;
            }
            case DATA_CR -> {
                expect(b == Ascii.CR);
                state = State.DATA_LF;
            }
            case DATA_LF -> {
                expect(b == Ascii.LF);
                state = State.SIZE;
            }
            default -> throw new IllegalStateException(state.toString());
        }
    }

    private void size(byte b) {
        int digit = Ascii.hex(b);
        if (digit >= 0) {
            expect(++digits <= MOST_SIZE_DIGITS);
            remaining = remaining << 4 | digit;
        } else {
            expect(digits > 0 && (b == Ascii.CR || b == ';'));
            extension = 0;
            state = b == Ascii.CR ? State.SIZE_LF : State.EXTENSION;
        }
    }

    /** Extensions mean nothing to anyone (RFC 9112 section 7.1.1) and are not passed on. */
    private void extension(byte b) {
        if (b == Ascii.CR) {
            state = State.SIZE_LF;
        } else {
            expect(Ascii.isValue(b) && ++extension <= MOST_EXTENSION_BYTES);
        }
    }

    private void expect(boolean fine) {
        if (!fine) {
            problem = Malformed.CHUNK;
        }
    }

    private void readTrailers(ByteBuf in) {
        if (trailers == null) {
            trailers = new Head(Head.Kind.TRAILERS, limits);
        }
        switch (trailers.read(in)) {
            case COMPLETE -> state = State.DONE;
            case MALFORMED -> problem = trailers.problem();
            case INCOMPLETE -> {}
        }
    }
}
