//! CloudFormation and SAM templates, YAML or JSON: functions, subnets and groups as they will be.
//!
//! SAM's `Globals.Function` holds for functions of SAM: lists of a `VpcConfig` are
//! concatenated, other values are overridden by the function's own.

use super::Inventory;
use super::aws_functions::{MOST_CONCURRENCY, MOST_MIB, MOST_SECONDS};
use super::found::{Authority, FoundFunction, FoundSubnet, FunctionNetwork, Id};
use super::intrinsic::{ResolvedName, Template};
use super::reader::InventoryReader;
use eniplan_core::document::listed;
use eniplan_core::document::tree::TreeNode;

/// Memory and timeout of a function that names none. Source: `AWS::Lambda::Function`, `MemorySize` and
/// `Timeout`; Terraform's provider has the same.
pub(super) const DEFAULT_MIB: u64 = 128;
pub(super) const DEFAULT_SECONDS: u64 = 3;

/// A template.
pub(super) struct CloudFormation;

impl Inventory for CloudFormation {
    fn name(&self) -> &'static str {
        "CloudFormation/SAM template"
    }

    fn summary(&self) -> &'static str {
        "functions, subnets and groups to be created, with SAM globals applied"
    }

    fn recognises(&self, root: &TreeNode) -> bool {
        let typed = |(_, node): &(_, TreeNode)| {
            node.get("Type").and_then(TreeNode::text).is_some_and(|kind| kind.starts_with("AWS::"))
        };
        root.has("AWSTemplateFormatVersion")
            || root.get("Resources").is_some_and(|resources| resources.entries().iter().any(typed))
    }

    fn read(&self, reader: &mut InventoryReader<'_>, root: &TreeNode) {
        let none =
            TreeNode { place: root.place, tag: None, value: eniplan_core::document::tree::TreeValue::Null };
        let globals = root.at(&["Globals", "Function"]).unwrap_or(&none);
        let mut reading = CloudFormationReading {
            template: Template::new(root),
            symbols: Vec::new(),
            conditional: Vec::new(),
        };
        let Some(resources) = root.get("Resources") else { return };
        if !resources.is_map() {
            reader.wrong(resources, "`Resources` must be a map", "save the unmodified template");
        }
        for (id, resource) in resources.entries() {
            let own = resource.get("Properties").unwrap_or(&none);
            let kind = resource.get("Type").and_then(TreeNode::text).unwrap_or_default();
            match kind {
                "AWS::Serverless::Function" => {
                    reading.function(reader, &id.value, resource, &[own, globals]);
                }
                "AWS::Lambda::Function" => reading.function(reader, &id.value, resource, &[own]),
                "AWS::EC2::Subnet" => reading.subnet(reader, &id.value, resource, own),
                "AWS::EC2::SecurityGroup" => reading.group(reader, &id.value, own),
                _ => continue,
            }
            if resource.has("Condition") {
                reading.conditional.push(id.value.clone());
            }
        }
        reading.notes(reader);
    }
}

struct CloudFormationReading<'n> {
    template: Template<'n>,
    symbols: Vec<String>,
    conditional: Vec<String>,
}

impl CloudFormationReading<'_> {
    /// `properties`: the function's own, then what holds where it says nothing.
    fn function(
        &mut self,
        reader: &mut InventoryReader<'_>,
        id: &str,
        resource: &TreeNode,
        properties: &[&TreeNode],
    ) {
        let own_name = properties.first().and_then(|own| own.get("FunctionName"));
        let (name, scope) = match own_name.and_then(|node| self.template.name(node)) {
            Some(ResolvedName::Real(name)) => (name, None),
            _ => (id.to_owned(), Some(reader.file.to_owned())),
        };
        let mut number = |key: &str, minimum: u64, most: u64| {
            let node = properties.iter().find_map(|block| block.get(key))?;
            self.number(reader, node, key, minimum, most)
        };
        let memory_mib = number("MemorySize", 1, MOST_MIB).or(Some(DEFAULT_MIB));
        let timeout_s = number("Timeout", 0, MOST_SECONDS).or(Some(DEFAULT_SECONDS));
        let concurrency = number("ReservedConcurrentExecutions", 0, MOST_CONCURRENCY);
        let network = self.network(reader, &name, properties);
        let origin = reader.origin(Authority::Planned, resource);
        reader.found.functions.push(FoundFunction {
            name,
            scope,
            arn: None,
            version: None,
            memory_mib,
            timeout_s,
            concurrency,
            network,
            origin,
        });
    }

    /// A number, also one that a parameter gives; none where it is not known.
    fn number(
        &mut self,
        reader: &mut InventoryReader<'_>,
        node: &TreeNode,
        key: &str,
        minimum: u64,
        most: u64,
    ) -> Option<u64> {
        let ResolvedName::Real(text) = self.template.name(node)? else {
            reader.note(format!(
                "{}: `{key}` on line {} is not known before deployment",
                reader.file, node.place.line
            ));
            return None;
        };
        let number = text.trim().parse().ok().filter(|number| (minimum..=most).contains(number));
        if number.is_none() {
            let message = format!("`{key}` must be a whole number from {minimum} to {most}; found: {text}");
            reader.wrong(node, message, "write a number, or a parameter with a numeric default");
        }
        number
    }

    fn network(
        &mut self,
        reader: &mut InventoryReader<'_>,
        function: &str,
        properties: &[&TreeNode],
    ) -> Option<FunctionNetwork> {
        let mut configs: Vec<&TreeNode> = Vec::new();
        for config in properties.iter().filter_map(|block| block.get("VpcConfig")) {
            let config = self.template.chosen(config);
            if config.is_map() && config.tag.is_none() {
                configs.push(config);
            } else if self.template.name(config).is_some() {
                reader.wrong(config, "`VpcConfig` must be a map", "put SubnetIds and SecurityGroupIds in it");
            }
        }
        let subnets = self.ids(reader, &configs, "SubnetIds");
        let groups = self.ids(reader, &configs, "SecurityGroupIds");
        let at = configs.first()?;
        reader.network(at, function, FunctionNetwork::new(subnets, groups, None))
    }

    /// The ids under `key`: two lists are concatenated, anything else of the first one overrides.
    fn ids(&mut self, reader: &InventoryReader<'_>, configs: &[&TreeNode], key: &str) -> Vec<Id> {
        let found: Vec<&TreeNode> = configs.iter().filter_map(|config| config.get(key)).collect();
        let lists = found.iter().all(|node| node.is_list() && node.tag.is_none());
        let taken = if lists { found.len() } else { 1 };
        let names: Vec<ResolvedName> =
            found.iter().take(taken).flat_map(|node| self.template.names(node)).collect();
        names
            .into_iter()
            .filter(|name| !name.text().trim().is_empty())
            .map(|name| self.id(reader, name))
            .collect()
    }

    fn id(&mut self, reader: &InventoryReader<'_>, name: ResolvedName) -> Id {
        match name {
            ResolvedName::Real(name) => Id::real(name),
            ResolvedName::Symbol(name) => {
                if !self.symbols.contains(&name) {
                    self.symbols.push(name.clone());
                }
                Id::symbol(name, reader.file)
            }
        }
    }

    fn subnet(&mut self, reader: &mut InventoryReader<'_>, id: &str, resource: &TreeNode, own: &TreeNode) {
        let cidr = own.get("CidrBlock").and_then(|node| match self.template.name(node)? {
            ResolvedName::Real(text) => reader.block_of(node, &text),
            ResolvedName::Symbol(_) => None,
        });
        let zone = own.get("AvailabilityZone").and_then(|node| self.template.name(node));
        let vpc = own.get("VpcId").and_then(|node| self.template.name(node));
        let text = |name: Option<ResolvedName>| {
            name.map(|name| name.text().to_owned()).filter(|name| !name.trim().is_empty())
        };
        let subnet = FoundSubnet {
            id: Id::symbol(id, reader.file),
            label: None,
            zone: text(zone),
            vpc: text(vpc),
            cidr,
            free: None,
            ipv6_only: own.get("Ipv6Native").is_some_and(|flag| flag.shown() == "true"),
            origin: reader.origin(Authority::Planned, resource),
        };
        reader.found.subnets.push(subnet);
    }

    fn group(&mut self, reader: &mut InventoryReader<'_>, id: &str, own: &TreeNode) {
        if let Some(ResolvedName::Real(name)) = own.get("GroupName").and_then(|node| self.template.name(node))
        {
            reader.label(id, name);
        }
    }

    fn notes(&self, reader: &mut InventoryReader<'_>) {
        let file = reader.file;
        if !self.symbols.is_empty() {
            let names = listed(&self.symbols);
            reader.note(format!("{file}: not known before deployment, so used by name: {names}"));
        }
        let conditions: Vec<&String> = self.template.held.iter().chain(&self.conditional).collect();
        if !conditions.is_empty() {
            let names = listed(&conditions);
            reader.note(format!("{file}: conditional, assumed to exist: {names}"));
        }
    }
}
