package io.grouter.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Whom a certificate is for. */
public final class CertificateNames {
    private CertificateNames() {}

    /**
     * Returns the subject alternative names of a certificate that are texts (hosts, mail addresses, URIs, addresses), as
     * they stand in it, and the common name last; empty when it has neither.
     */
    public static List<String> of(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> each : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (each.get(1) instanceof String text) {
                    names.add(text);
                }
            }
        } catch (CertificateParsingException e) {
            names.clear(); // then the common name alone counts
        }
        String common = commonName(certificate.getSubjectX500Principal());
        if (common != null) {
            names.add(common);
        }
        return names;
    }

    /** Returns the common name that is nearest to the subject, null when there is none. */
    static @Nullable String commonName(X500Principal subject) {
        try {
            String last = null;
            for (var part : new LdapName(subject.getName()).getRdns()) {
                Attribute found = part.toAttributes().get("CN");
                if (found != null && found.get() instanceof String text) {
                    last = text;
                }
            }
            return last;
        } catch (NamingException e) {
            return null;
        }
    }
}
