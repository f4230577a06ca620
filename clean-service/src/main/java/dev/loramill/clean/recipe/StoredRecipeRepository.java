package dev.loramill.clean.recipe;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;

/** Documents of recipes, by digest. */
@ApplicationScoped
class StoredRecipeRepository implements PanacheRepositoryBase<StoredRecipe, String> {
    /** Keeps a document; SQL, since two replicas that start store the same ones at once. */
    void keep(StoredRecipe recipe) {
        getEntityManager()
                .createNativeQuery(
                        """
                        INSERT INTO recipe (digest, name, document)
                        VALUES (:digest, :name, :document) ON CONFLICT DO NOTHING
                        """)
                .setParameter("digest", recipe.digest)
                .setParameter("name", recipe.name)
                .setParameter("document", recipe.document)
                .executeUpdate();
    }
}
