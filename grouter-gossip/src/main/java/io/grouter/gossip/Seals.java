package io.grouter.gossip;

import io.grouter.route.SiteId;

/** Signs what this site says and checks what other sites are said to have said. Safe for all threads. */
public interface Seals {
    /** What became of a signature. */
    enum Verdict {
        /** The site said it. */
        GOOD,
        /** The site is not configured. */
        UNKNOWN_SITE,
        /** It was signed with a key that is not configured for the site. */
        UNKNOWN_KEY,
        /** The signature is wrong. */
        WRONG
    }

    /** Returns the number of the key this site signs with; 0 when it does not. */
    int ownId();

    /** Signs a statement with this site's key; no bytes when there is none. The statement is not to be changed. */
    byte[] signature(byte[] statement);

    /** Says whether a site signed a statement; nothing is changed or kept. */
    Verdict check(SiteId site, int keyId, byte[] statement, byte[] signature);
}
