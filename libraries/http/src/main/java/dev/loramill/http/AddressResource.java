package dev.loramill.http;

import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Answers requests whose address holds what no id, name or value of ours can hold. */
final class AddressResource {
    @ServerRequestFilter
    void check(UriInfo uri) {
        if (!StorableText.is(uri.getPath())
                || !uri.getPathParameters().values().stream()
                        .allMatch(AddressResource::areStorable)) {
            throw RefusedException.missing(
                    "not_found",
                    null,
                    "there is nothing at this address, which holds a character that no id has");
        }
        for (Map.Entry<String, List<String>> parameter : uri.getQueryParameters().entrySet()) {
            if (!StorableText.is(parameter.getKey()) || !areStorable(parameter.getValue())) {
                throw RefusedException.invalid(
                        "invalid_value",
                        null,
                        "the query holds U+0000 or half a pair of surrogates, which stand in no"
                                + " value; leave such characters out");
            }
        }
    }

    private static boolean areStorable(List<String> texts) {
        return texts.stream().allMatch(StorableText::is);
    }
}
