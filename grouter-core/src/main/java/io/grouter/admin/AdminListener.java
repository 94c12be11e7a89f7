package io.grouter.admin;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.grouter.tls.ServerTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Makes the JDK's HTTP server, in clear or with TLS. */
final class AdminListener {
    private AdminListener() {}

    /**
     * Makes a server that has its port.
     *
     * @param queue most connections that wait to be accepted
     * @throws IOException with the key and what is wrong, when the port is taken or a file cannot be used
     */
    static HttpServer listen(AdminConfig config, int queue) throws IOException {
        InetSocketAddress address = new InetSocketAddress(
                config.listen().getHostString(), config.listen().getPort());
        SSLContext tls = config.tls().on() ? tls(config.tls()) : null;
        try {
            if (tls == null) {
                return HttpServer.create(address, queue);
            }
            HttpsServer made = HttpsServer.create(address, queue);
            boolean asked = !config.tls().clientCa().isEmpty();
            made.setHttpsConfigurator(new HttpsConfigurator(tls) {
                @Override
                public void configure(HttpsParameters parameters) {
                    SSLParameters chosen = new SSLParameters(null, new String[] {"TLSv1.3", "TLSv1.2"});
                    chosen.setWantClientAuth(asked);
                    parameters.setSSLParameters(chosen);
                }
            });
            return made;
        } catch (IOException e) {
            throw new IOException(
                    "admin.listen: cannot listen on " + address.getHostString() + ":" + address.getPort() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private static SSLContext tls(AdminTlsConfig config) throws IOException {
        try {
            return new ServerTls(config.certificate(), config.key(), config.clientCa()).context();
        } catch (IOException e) {
            throw new IOException("admin.tls: " + e.getMessage(), e);
        }
    }
}
