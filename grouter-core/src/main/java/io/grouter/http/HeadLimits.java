package io.grouter.http;

/**
 * How long a head may be.
 *
 * @param startLineBytes longest request line or status line, with its line end
 * @param headerBytes all header lines together, with the empty line after them
 * @param headers most header lines
 */
public record HeadLimits(int startLineBytes, int headerBytes, int headers) {
    /** Returns limits so many times as wide, for heads that were added to. */
    public HeadLimits times(int factor) {
        return new HeadLimits(factor * startLineBytes, factor * headerBytes, factor * headers);
    }
}
