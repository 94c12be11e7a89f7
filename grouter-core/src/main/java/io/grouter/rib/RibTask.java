package io.grouter.rib;

/** Something to do with the tables on the rib thread. */
@FunctionalInterface
public interface RibTask {
    /** Does it. Runs on the rib thread; must not block. */
    void run(Rib rib, long nowNanos);
}
