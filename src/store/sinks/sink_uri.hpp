// The parts of a database's address, as far as acts must know them: the client libraries read it by themselves.
#pragma once

#include <string>
#include <string_view>

namespace acts {

struct SinkUri {
  std::string scheme;         // lower case as written; "" if there is none
  std::string user;           // as written, percent-encoded
  bool has_password = false;  // also in a "password=" of the query
  std::string hosts;          // with ports, several separated by commas
  std::string database;       // the path without its first "/"
  std::string query;          // behind "?"
};

// Any text is taken; parts that are not there stay empty.
SinkUri split_uri(std::string_view uri);

// "scheme://user@hosts/database": what may be shown.
std::string shown(const SinkUri& uri);

}  // namespace acts
