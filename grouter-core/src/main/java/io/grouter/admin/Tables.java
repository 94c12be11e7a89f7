package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** What is asked of the tables themselves, where the snapshot does not tell. Waits at most a second. Any thread. */
final class Tables {
    private final RibThread rib;

    /** Is thrown when there is no answer. */
    static final class Silent extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final boolean stopping;

        private Silent(boolean stopping) {
            super(stopping ? "this node is going away" : "the tables did not answer within a second");
            this.stopping = stopping;
        }

        /** Returns what is said to whoever asked. */
        AdminApi.Answer answer() {
            AdminApi.Answer answer =
                    AdminApi.Answer.problem(503, stopping ? "Stopping" : "Busy", String.valueOf(getMessage()));
            return stopping ? answer : answer.with("Retry-After", "1");
        }
    }

    Tables(RibThread rib) {
        this.rib = rib;
    }

    /** Returns the latest snapshot. */
    Fib fib() {
        return rib.fib();
    }

    int guarded() {
        return rib.guarded();
    }

    /** Returns what the tables answer; throws {@link Silent}. */
    <T> T ask(Function<Rib, T> question) {
        return await(rib.ask(question));
    }

    /** Returns what comes; throws {@link Silent}. */
    static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Silent(true);
        } catch (ExecutionException | TimeoutException e) {
            throw new Silent(false);
        }
    }
}
