package io.grouter.route;

/**
 * A short number for the id of an endpoint, by which a site can tell that a sticky session is likely its own. It is 16
 * bits: sites announce one for every instance of every route, and one that is wrong now and then only sends the request
 * of a session that is over to another site that has the app.
 */
public final class SessionHint {
    private SessionHint() {}

    /** Returns the hint of an instance id, as GoRouter puts it into {@code __VCAP_ID__}; 1 to 65535. */
    public static int of(CharSequence instanceId) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < instanceId.length(); i++) {
            hash = (hash ^ instanceId.charAt(i)) * 0x100000001B3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        return Math.max(1, (int) (hash >>> 48));
    }
}
