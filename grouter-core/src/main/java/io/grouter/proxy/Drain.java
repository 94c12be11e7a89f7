package io.grouter.proxy;

/** Whether the proxy is about to end, so that connections are to be given up when that costs nobody anything. */
final class Drain {
    private volatile boolean begun;

    boolean begun() {
        return begun;
    }

    void begin() {
        begun = true;
    }
}
