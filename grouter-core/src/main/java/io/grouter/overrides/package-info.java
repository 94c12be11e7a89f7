/** What operators have ordered for this site: drains and forced routes, with who, when, why and until when. */
@NullMarked
package io.grouter.overrides;

import org.jspecify.annotations.NullMarked;
