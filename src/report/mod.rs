//! One file a format; sees only plain data of the model.
