package io.grouter.sim;

import io.grouter.app.Config;
import io.grouter.app.Node;
import io.grouter.rib.RibListener;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node in this process. What would be a kill closes it without letting requests end; it cannot be frozen. */
final class LocalNode implements SimNode {
    private final Config config;
    private final String name;
    private final List<RibListener> listeners;
    private boolean startedBefore;
    private volatile @Nullable Node running;

    LocalNode(Config config, String name, List<RibListener> listeners) {
        this.config = config;
        this.name = name;
        this.listeners = listeners;
    }

    /** Starts it; one that starts again waits for the tables of the others first, as a node by itself does. */
    @Override
    public void start() throws IOException {
        if (running == null) {
            Node made = new Node(config, name, listeners);
            if (startedBefore) {
                made.knowOthersFirst();
            }
            startedBefore = true;
            made.start();
            running = made;
        }
    }

    @Override
    public void stop() {
        Node node = running;
        if (node != null) {
            try {
                node.drain();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        kill();
    }

    @Override
    public void kill() {
        Node node = running;
        running = null;
        if (node != null) {
            node.close();
        }
    }

    @Override
    public void freeze() {
        throw new IllegalArgumentException(name + " is a part of this process and cannot be frozen"
                + " (expected: --nodes-as-processes, or processes: true in the scenario)");
    }

    @Override
    public void thaw() {
        freeze();
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }
}
