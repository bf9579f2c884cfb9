// The parts of Asio and Beast that need not be in headers, compiled once for all of net/.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
