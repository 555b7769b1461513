/// Declares a module with a SeaORM entity without relations.
#[macro_export]
macro_rules! entity {
    ($module:ident, $table:literal, { $($(#[$key:meta])* $field:ident: $type:ty,)* }) => {
        pub(super) mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model { $($(#[$key])* pub $field: $type,)* }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}
