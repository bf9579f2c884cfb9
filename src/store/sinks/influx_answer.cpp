#include "store/sinks/influx_answer.hpp"

#include <mongoc/mongoc.h>

#include <cstdint>

namespace acts {

// libbson comes with libmongoc and reads JSON into documents.
std::optional<std::string> json_text(std::string_view json, const char* path) {
  bson_error_t error;
  bson_t* const document =
      bson_new_from_json(reinterpret_cast<const std::uint8_t*>(json.data()), static_cast<ssize_t>(json.size()), &error);
  if (document == nullptr) return std::nullopt;
  bson_iter_t root;
  bson_iter_t found;
  std::optional<std::string> text;
  if (bson_iter_init(&root, document) && bson_iter_find_descendant(&root, path, &found) &&
      BSON_ITER_HOLDS_UTF8(&found)) {
    text = bson_iter_utf8(&found, nullptr);
  }
  bson_destroy(document);
  return text;
}

}  // namespace acts
