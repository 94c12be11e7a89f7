package io.grouter.sim;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;

/** Keeps the NATS clients of simulated parts from writing to the terminal; a broker that is away is part of the play. */
final class QuietErrors implements ErrorListener {
    @Override
    public void exceptionOccurred(Connection connection, Exception exception) {}
}
