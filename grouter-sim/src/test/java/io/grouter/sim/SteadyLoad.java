package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A client for each node and column that never stops asking; what becomes of it is told to one row at a time. */
final class SteadyLoad implements AutoCloseable {
    private static final int PAUSE_MILLIS = 400;
    private static final long PASS_MILLIS = 40_000;

    private final List<Visitor> visitors = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private Row row = new Row("before");
    private volatile boolean running = true;

    SteadyLoad(String name) {
        Random seeds = Seed.random(name);
        for (Column column : Column.values()) {
            for (int site = 1; site <= ProcessSites.SITES; site++) {
                for (int node = 1; node <= ProcessSites.NODES; node++) {
                    Visitor visitor = new Visitor(column, site, node, visitors.size() + 1);
                    Random random = new Random(seeds.nextLong());
                    visitors.add(visitor);
                    threads.add(Threads.start(visitor.toString(), () -> run(visitor, random)));
                }
            }
        }
    }

    private void run(Visitor visitor, Random random) {
        while (running) {
            visitor.visit(begin());
            try {
                Thread.sleep(PAUSE_MILLIS / 2 + random.nextInt(PAUSE_MILLIS));
            } catch (InterruptedException e) {
                return;
            }
        }
        visitor.close();
    }

    private synchronized Row begin() {
        row.begin();
        return row;
    }

    /** Has the requests that begin from now on told to a new row. */
    synchronized Row next(String title) {
        row = new Row(title);
        return row;
    }

    /** Waits until every client has asked so many times more. */
    void pass(int times) {
        List<Long> until = visitors.stream().map(each -> each.asked() + times).toList();
        assertThat(Simulation.await(PASS_MILLIS, () -> {
                    for (int i = 0; i < visitors.size(); i++) {
                        if (visitors.get(i).asked() < until.get(i)) {
                            return false;
                        }
                    }
                    return true;
                }))
                .as("every client gets %s answers", times)
                .isTrue();
    }

    @Override
    public void close() {
        running = false;
        threads.forEach(Thread::interrupt);
    }
}
