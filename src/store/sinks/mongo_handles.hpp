// What the files that use libmongoc share: handles that free themselves. Of store/sinks/ alone.
#pragma once

#include <mongoc/mongoc.h>

#include <memory>

namespace acts {

template <auto Destroy>
struct MongoCall {
  template <typename T>
  void operator()(T* object) const {
    Destroy(object);
  }
};
using MongoUri = std::unique_ptr<mongoc_uri_t, MongoCall<mongoc_uri_destroy>>;
using MongoClient = std::unique_ptr<mongoc_client_t, MongoCall<mongoc_client_destroy>>;
using MongoDatabase = std::unique_ptr<mongoc_database_t, MongoCall<mongoc_database_destroy>>;
using MongoCollection = std::unique_ptr<mongoc_collection_t, MongoCall<mongoc_collection_destroy>>;
using MongoBulk = std::unique_ptr<mongoc_bulk_operation_t, MongoCall<mongoc_bulk_operation_destroy>>;
using MongoCursor = std::unique_ptr<mongoc_cursor_t, MongoCall<mongoc_cursor_destroy>>;
using MongoNames = std::unique_ptr<char*, MongoCall<bson_strfreev>>;

// A document on the heap. (bson_t is over-aligned, which a unique_ptr of it would not be told.)
class Bson {
 public:
  explicit Bson(bson_t* document) : document_(document) {}
  ~Bson() { bson_destroy(document_); }
  Bson(const Bson&) = delete;
  Bson& operator=(const Bson&) = delete;
  [[nodiscard]] bson_t* get() const { return document_; }

 private:
  bson_t* document_;
};

// Once a process; whatever asks first.
inline void init_mongo() {
  static const bool kIsDone = [] {
    mongoc_init();
    mongoc_log_set_handler(nullptr, nullptr);  // errors are results here; standard error belongs to the log
    return true;
  }();
  static_cast<void>(kIsDone);
}

}  // namespace acts
