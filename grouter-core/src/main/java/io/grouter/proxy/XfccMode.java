package io.grouter.proxy;

/** What becomes of X-Forwarded-Client-Cert (GoRouter: {@code forwarded_client_cert}). */
public enum XfccMode {
    /** It passes as it is. */
    ALWAYS_FORWARD,
    /** It passes only when the client proved itself by a certificate. */
    FORWARD,
    /** It is removed, and set to the certificate the client proved itself with, base64 of DER. */
    SANITIZE_SET
}
