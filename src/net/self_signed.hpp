// A certificate authority of one's own and a certificate signed by it for this machine: for `acts exchange --tls` and
// for tests.
#pragma once

#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts {

struct SelfSignedRequest {
  std::vector<std::string> dns_names = {"localhost"};
  std::vector<std::string> ip_addresses = {"127.0.0.1", "::1"};
  Nanos valid_for = std::chrono::days{30};
};

struct SelfSignedFiles {
  std::string ca_file;           // what a client gives as its ca_file
  std::string certificate_file;  // the server's
  std::string key_file;          // readable by its owner only
};

// Writes ca.pem, server.pem and server.key into `directory`, which exists; files there are replaced. Valid from a day
// before `now`. The authority's own key is thrown away. Errors: kStorage, kUsage (an address that is none).
Result<SelfSignedFiles> make_self_signed(const std::string& directory, UnixNanos now,
                                         const SelfSignedRequest& request = {});

}  // namespace acts
