package io.grouter.testing;

import io.grouter.tls.PemMaterial;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** The JDK's TLS for tests, on both sides of a connection. */
public final class TlsContexts {
    private static final int TIMEOUT_MILLIS = 10_000;

    private TlsContexts() {}

    /**
     * Makes a context.
     *
     * @param ca file with the certificates to trust
     * @param own the certificate to show, or null
     */
    public static SSLContext of(String ca, @Nullable KeyFiles own) throws IOException {
        PemMaterial.Material material = new PemMaterial(
                        Path.of(ca),
                        own == null ? null : Path.of(own.certificate()),
                        own == null ? null : Path.of(own.key()))
                .read();
        try {
            SSLContext made = SSLContext.getInstance("TLS");
            KeyManager[] keys = material.keys() == null ? null : new KeyManager[] {material.keys()};
            made.init(keys, new TrustManager[] {material.trust()}, null);
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Connects to a port of the loopback address; the handshake has not begun. */
    public static SSLSocket connect(SSLContext context, int port) throws IOException {
        Socket plain = new Socket();
        plain.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
        return over(context, plain);
    }

    /** Makes the client's side of TLS over a connection; the handshake has not begun. */
    public static SSLSocket over(SSLContext context, Socket plain) throws IOException {
        plain.setSoTimeout(TIMEOUT_MILLIS);
        plain.setTcpNoDelay(true);
        return (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", plain.getPort(), true);
    }

    /** Lets a client say which host it wants. */
    public static SSLSocket askFor(SSLSocket socket, String host) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** Lets a client offer a protocol by ALPN. */
    public static SSLSocket offer(SSLSocket socket, String protocol) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        return socket;
    }
}
