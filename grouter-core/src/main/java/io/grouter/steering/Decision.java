package io.grouter.steering;

import io.grouter.route.SiteId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What to do with one request, and which rule decided. */
public sealed interface Decision {
    /** Returns the rule that decided. */
    Rule rule();

    /** Returns what is done, without the details. */
    Kind kind();

    /** What can be done with a request. */
    enum Kind {
        /** {@link Forward}. */
        FORWARD,
        /** {@link Redirect}. */
        REDIRECT,
        /** {@link Relay}. */
        RELAY,
        /** {@link Refuse}. */
        REFUSE;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** Returns the name as metrics, logs and the admin API have it. */
        public String label() {
            return label;
        }
    }

    /**
     * Hand the request to the local GoRouters.
     *
     * @param rule the rule that decided
     * @param host the host under which the GoRouters know the app, without port, when it differs from the one asked
     *     for; null = leave the Host header alone
     */
    record Forward(Rule rule, @Nullable String host) implements Decision {
        @Override
        public Kind kind() {
            return Kind.FORWARD;
        }
    }

    /**
     * Send the client to another site.
     *
     * @param rule the rule that decided
     * @param site the site
     * @param authority host and, where it is not the scheme's default, port of that site's alias
     */
    record Redirect(Rule rule, SiteId site, String authority) implements Decision {
        @Override
        public Kind kind() {
            return Kind.REDIRECT;
        }
    }

    /**
     * Hand the request to another site, Grouter to Grouter.
     *
     * @param rule the rule that decided
     * @param site the site
     */
    record Relay(Rule rule, SiteId site) implements Decision {
        @Override
        public Kind kind() {
            return Kind.RELAY;
        }
    }

    /**
     * Answer with an error.
     *
     * @param rule the rule that decided
     * @param status the status code
     * @param text one sentence for the client
     */
    record Refuse(Rule rule, int status, String text) implements Decision {
        @Override
        public Kind kind() {
            return Kind.REFUSE;
        }
    }
}
